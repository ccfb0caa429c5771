/**
 * How fast the pool is, beside what else one could use. {@link org.poolmanager.benchmarks.WholePool} measures whole pools
 * against their peers in one run; the JMH benchmarks measure single pieces.
 *
 * <pre>
 * ./mvnw -Pbenchmarks -pl benchmarks -am compile exec:exec
 * ./mvnw -Pbenchmarks -pl benchmarks -am compile exec:exec -Dbenchmark.args="rounds=11 tasks=50000"
 * ./mvnw -Pbenchmarks -pl benchmarks -am compile exec:exec -Dbenchmark.main=org.openjdk.jmh.Main -Dbenchmark.args=Codec
 * </pre>
 */
@NullMarked
package org.poolmanager.benchmarks;

import org.jspecify.annotations.NullMarked;
