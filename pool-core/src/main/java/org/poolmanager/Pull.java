package org.poolmanager;

import java.util.Spliterator;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes one after the other, made as they are asked for.
 *
 * @param <R> the type of results
 */
interface Pull<R extends @Nullable Object> {

    /** The next outcome, waiting for it; null at the end. */
    @Nullable
    Outcome<R> next() throws InterruptedException;

    /** The consumer has left. Called any number of times. */
    void close();

    /**
     * As a stream, which reads one outcome when it needs one and never splits: what splits reads ahead, beyond any
     * bound.
     *
     * @param view what the stream's elements are; if it throws, the stream is over
     */
    static <R extends @Nullable Object, V extends @Nullable Object> Stream<V> stream(
            Pull<R> pull, int characteristics, Function<Outcome<R>, V> view) {
        Spliterator<V> source = new Spliterator<>() {

            @Override
            public boolean tryAdvance(Consumer<? super V> action) {
                Outcome<R> outcome = pullNext(pull);
                if (outcome == null) {
                    return false;
                }
                action.accept(viewed(outcome));
                return true;
            }

            private V viewed(Outcome<R> outcome) {
                try {
                    return view.apply(outcome);
                } catch (RuntimeException e) {
                    pull.close();
                    throw e;
                }
            }

            @Override
            public @Nullable Spliterator<V> trySplit() {
                return null;
            }

            @Override
            public long estimateSize() {
                return Long.MAX_VALUE;
            }

            @Override
            public int characteristics() {
                return characteristics;
            }
        };
        return StreamSupport.stream(source, false).onClose(pull::close);
    }

    private static <R extends @Nullable Object> @Nullable Outcome<R> pullNext(Pull<R> pull) {
        try {
            return pull.next();
        } catch (RuntimeException | Error e) {
            pull.close();
            throw e;
        } catch (InterruptedException e) {
            pull.close();
            Thread.currentThread().interrupt();
            CancellationException cancelled =
                    new CancellationException("The stream was interrupted while it waited for a result");
            cancelled.initCause(e);
            throw cancelled;
        }
    }
}
