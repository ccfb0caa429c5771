package org.poolmanager;

/** How often a race is run. With child JVMs, which cost a start each, all rounds are run by the profile {@code soak} only. */
public final class Rounds {

    /** The tag of tests that run more rounds there. */
    public static final String TAG = "rounds";

    private static final String ALL = "poolmanager.rounds.all";

    private Rounds() {}

    /** Of rounds that take long in either mode. */
    public static int ofLong(int all, int everyday) {
        return Boolean.getBoolean(ALL) ? all : everyday;
    }

    static int of(Isolation isolation, int all, int everydayWithChildren) {
        return isolation == Isolation.THREAD || Boolean.getBoolean(ALL) ? all : everydayWithChildren;
    }
}
