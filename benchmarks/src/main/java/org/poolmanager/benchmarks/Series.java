package org.poolmanager.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** What one contender reached, round by round. */
final class Series {

    /**
     * A figure of one contender divided by that of another, taken in each round.
     *
     * @param median of all rounds
     * @param least of all rounds
     * @param most of all rounds
     */
    record Ratio(double median, double least, double most) {}

    private final List<Map<Figure, Double>> rounds = new ArrayList<>();

    void add(Map<Figure, Double> sample) {
        rounds.add(Map.copyOf(sample));
    }

    private double at(int round, Figure figure) {
        Double value = rounds.get(round).get(figure);
        if (value == null) {
            throw new IllegalArgumentException(figure + " was not measured");
        }
        return value;
    }

    double median(Figure figure) {
        return middle(sorted(round -> at(round, figure)));
    }

    double least(Figure figure) {
        return sorted(round -> at(round, figure))[0];
    }

    double most(Figure figure) {
        return -sorted(round -> -at(round, figure))[0];
    }

    Ratio dividedBy(Series other, Figure figure) {
        double[] ratios = sorted(round -> at(round, figure) / other.at(round, figure));
        return new Ratio(middle(ratios), ratios[0], ratios[ratios.length - 1]);
    }

    private double[] sorted(IntToDoubleFunction value) {
        return IntStream.range(0, rounds.size()).mapToDouble(value).sorted().toArray();
    }

    private static double middle(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
