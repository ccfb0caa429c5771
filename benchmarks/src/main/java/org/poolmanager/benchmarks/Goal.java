package org.poolmanager.benchmarks;

/**
 * What a figure has to reach: the table "Figures to reach" of the design.
 *
 * @param must the pool is defective beyond this
 * @param aim where it should be
 * @param smallerIsBetter whether the limits are upper ones
 * @param absolute whether our own figure counts instead of its ratio to the baseline
 */
record Goal(double must, double aim, boolean smallerIsBetter, boolean absolute) {

    static Goal atLeast(double must, double aim) {
        return new Goal(must, aim, false, false);
    }

    static Goal atMost(double must, double aim) {
        return new Goal(must, aim, true, false);
    }

    static Goal atMostItself(double must, double aim) {
        return new Goal(must, aim, true, true);
    }

    static Goal atLeastItself(double must, double aim) {
        return new Goal(must, aim, false, true);
    }

    String text(double limit) {
        return (smallerIsBetter ? "≤ " : "≥ ") + limit;
    }

    String verdict(double value) {
        return reaches(value, aim) ? "aim" : reaches(value, must) ? "must" : "**missed**";
    }

    private boolean reaches(double value, double limit) {
        return smallerIsBetter ? value <= limit : value >= limit;
    }
}
