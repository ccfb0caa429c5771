package org.poolmanager.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.poolmanager.Isolation;

/** What else one could use for trivial tasks, each against a pool of child JVMs with a queue of 1024. */
final class Peers {

    /** Peers that take tens of microseconds per task get only so large a part of the tasks. */
    private static final int PART = 50;

    private Peers() {}

    static void measure(Options options, Report report) throws Exception {
        List<Integer> input = IntStream.range(0, options.tasks()).boxed().collect(Collectors.toList());
        try (var ours = Contestants.widePool(Isolation.PROCESS, Contestants::square);
                var pp4j = new Pp4jPeer(Contestants.SIZE);
                var python = ScriptPeers.python();
                var node = ScriptPeers.node()) {
            Map<String, ExecutorPeer> executors = executors();
            Turns turns = new Turns(options);
            Series mine = turns.add(() -> Load.tasks(options.roundTime(), input.size(), () -> ours.map(input)));
            Map<String, Series> peers = new LinkedHashMap<>();
            executors.forEach((name, peer) -> peers.put(
                    name,
                    turns.add(() -> Load.tasks(
                            options.roundTime(), input.size(), () -> peer.map(input, Contestants::square)))));
            int few = Math.max(1, input.size() / PART);
            peers.put(
                    "PP4J",
                    turns.add(() -> Load.tasks(options.roundTime(), few, () -> pp4j.squares(input.subList(0, few)))));
            if (python != null) {
                peers.put("Python `Pool.map`", turns.add(() -> python.run("map", 5 * input.size())));
                peers.put("Python `imap_unordered(chunksize=1)`", turns.add(() -> python.run("imap", few)));
                peers.put("Python `ProcessPoolExecutor.map`", turns.add(() -> python.run("executor", few)));
                peers.put("two `multiprocessing.Queue`", turns.add(() -> python.run("queues", few)));
            }
            if (node != null) {
                peers.put("Node's tinypool", turns.add(() -> node.run("tinypool", few)));
                peers.put("Node's workerpool", turns.add(() -> node.run("workerpool", few)));
            }
            turns.run();
            executors.values().forEach(ExecutorPeer::close);
            write(report, mine, peers);
        }
    }

    private static Map<String, ExecutorPeer> executors() {
        Map<String, ExecutorPeer> executors = new LinkedHashMap<>();
        executors.put("ThreadPoolExecutor", new ExecutorPeer(Contestants.SIZE));
        executors.put("ForkJoinPool", new ExecutorPeer(new ForkJoinPool(Contestants.SIZE)));
        ExecutorPeer.ofVirtualThreads().ifPresent(peer -> executors.put("virtual threads", peer));
        return executors;
    }

    private static void write(Report report, Series mine, Map<String, Series> peers) throws Exception {
        List<Pictures.Bar> bars = new ArrayList<>();
        bars.add(bar("this pool", mine));
        peers.forEach((name, peer) -> {
            report.add("trivial tasks / " + name, Figure.TASKS_PER_SECOND, mine, peer, null);
            bars.add(bar(name.replace("`", ""), peer));
        });
        report.append(report.pictures().bars("trivial", "Trivial tasks per second", bars));
    }

    private static Pictures.Bar bar(String name, Series series) {
        double median = series.median(Figure.TASKS_PER_SECOND);
        return new Pictures.Bar(name, median, Figure.TASKS_PER_SECOND.text(median));
    }
}
