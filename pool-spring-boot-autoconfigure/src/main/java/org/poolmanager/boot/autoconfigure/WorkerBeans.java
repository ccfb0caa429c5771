package org.poolmanager.boot.autoconfigure;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.poolmanager.boot.PoolWorker;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** The beans that are workers, known by their definitions. Creates none of them. */
final class WorkerBeans {

    private final ConfigurableListableBeanFactory beanFactory;

    private final Map<String, Class<?>> classes = new TreeMap<>();

    WorkerBeans(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
        for (String bean : beanFactory.getBeanNamesForType(PoolProcess.class, true, false)) {
            Class<?> type = classOf(bean);
            if (type != null) {
                classes.put(bean, type);
            }
        }
    }

    /** The class of any bean, as far as its definition tells. */
    @Nullable
    Class<?> classOf(String bean) {
        Class<?> type = beanFactory.getType(bean, false);
        return type == null ? null : ClassUtils.getUserClass(type);
    }

    Set<String> of(Class<?> type) {
        return classes.keySet().stream()
                .filter(bean -> classes.get(bean) == type)
                .collect(Collectors.toSet());
    }

    Set<String> annotatedWith(String pool) {
        return classes.keySet().stream()
                .filter(bean -> PoolNames.same(poolOf(classes.get(bean)), pool))
                .collect(Collectors.toSet());
    }

    void forEachAnnotated(BiConsumer<String, String> beanAndPool) {
        classes.forEach((bean, type) -> {
            String pool = poolOf(type);
            if (!pool.isEmpty()) {
                beanAndPool.accept(bean, pool);
            }
        });
    }

    private static String poolOf(@Nullable Class<?> type) {
        PoolWorker annotation = type == null ? null : AnnotatedElementUtils.getMergedAnnotation(type, PoolWorker.class);
        return annotation == null ? "" : annotation.value();
    }

    String describe(Collection<String> beans) {
        return beans.stream().sorted().map(this::describe).collect(Collectors.joining(", "));
    }

    String describe(String bean) {
        Class<?> type = classOf(bean);
        return "bean '" + bean + "'" + (type == null ? "" : " (" + type.getName() + ")");
    }

    /** A sentence for error texts, with a space before it; empty if there are none. */
    String hint() {
        return classes.isEmpty() ? "" : " The beans that are workers: " + describe(classes.keySet()) + ".";
    }
}
