package org.poolmanager.boot.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which calls of bean methods are found in bytecode. */
class SiblingCallsTests {

    interface Mixin {

        default Object mixed() {
            return counter();
        }

        Object counter();
    }

    static class Base implements Mixin {

        Object client() {
            return remote();
        }

        Object remote() {
            return new Object();
        }

        @Override
        public Object counter() {
            return new Object();
        }

        Object indirect() {
            return hidden();
        }

        private Object hidden() {
            Supplier<Object> later = this::counter;
            return later.get();
        }
    }

    static class Silent extends Base {

        @Override
        Object client() {
            return new Object();
        }
    }

    static class Adding extends Base {

        @Override
        Object client() {
            return super.client();
        }

        Object many(int times) {
            return times;
        }

        Object many() {
            return remote();
        }
    }

    @Test
    @DisplayName("a call is found through private methods, references, superclasses and default methods")
    void found() {
        assertThat(SiblingCalls.of(Base.class, "indirect")).contains("counter");
        assertThat(SiblingCalls.of(Silent.class, "indirect")).contains("counter");
        assertThat(SiblingCalls.of(Silent.class, "mixed")).contains("counter");
        assertThat(SiblingCalls.of(Adding.class, "client")).contains("remote");
        assertThat(SiblingCalls.of(Adding.class, "many")).contains("remote");
    }

    @Test
    @DisplayName("what a method does that is overridden is nobody's call")
    void overridden() {
        assertThat(SiblingCalls.of(Base.class, "client")).contains("remote");
        assertThat(SiblingCalls.of(Silent.class, "client")).isEmpty();
    }
}
