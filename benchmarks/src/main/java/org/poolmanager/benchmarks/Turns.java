package org.poolmanager.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures several contenders in turn, round after round, each round beginning with another one. What disturbs the
 * machine for a while then disturbs all of them.
 */
final class Turns {

    /** What a contender does in a round. */
    @FunctionalInterface
    interface Turn {
        /**
         * Works, and says how it went.
         *
         * @return one value per figure
         * @throws Exception if it cannot work
         */
        Map<Figure, Double> take() throws Exception;
    }

    private final Options options;

    private final List<Turn> turns = new ArrayList<>();

    private final List<Series> series = new ArrayList<>();

    Turns(Options options) {
        this.options = options;
    }

    /**
     * Adds a contender.
     *
     * @param turn what it does in each round
     * @return what {@link #run} will find
     */
    Series add(Turn turn) {
        Series measured = new Series();
        add(turn, measured);
        return measured;
    }

    /**
     * Adds a contender again, perhaps made anew.
     *
     * @param turn what it does in each round
     * @param earlier what it has reached before, to which more is added
     */
    void add(Turn turn, Series earlier) {
        turns.add(turn);
        series.add(earlier);
    }

    void run() throws Exception {
        for (int round = -options.warmups(); round < options.rounds(); round++) {
            for (int i = 0; i < turns.size(); i++) {
                int next = Math.floorMod(round + i, turns.size());
                Map<Figure, Double> sample = turns.get(next).take();
                if (round >= 0) {
                    series.get(next).add(sample);
                }
            }
        }
    }
}
