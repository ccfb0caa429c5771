package org.poolmanager.boot.app;

import java.util.Objects;
import org.poolmanager.boot.autoconfigure.PoolManagerAutoConfiguration;
import org.poolmanager.boot.workers.Square;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.NestedExceptionUtils;

/** A context with a pool, and nothing of Boot that asks for a real native image; prints why it cannot start. */
public final class NativeProgram {

    private NativeProgram() {}

    public static void main(String[] args) {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of("poolmanager.pools.square.worker=" + Square.class.getName())
                    .and(args)
                    .applyTo(context);
            context.register(PoolManagerAutoConfiguration.class);
            context.refresh();
            System.out.println("started");
        } catch (BeanCreationException ex) {
            Throwable cause = Objects.requireNonNull(NestedExceptionUtils.getRootCause(ex));
            System.out.println(cause.getMessage());
        }
    }
}
