/**
 * How fast the pool is, beside what else one could use. {@link org.poolmanager.benchmarks.WholePool} measures whole pools
 * against their peers in one run; the JMH benchmarks measure single pieces.
 *
 * <pre>
 * ./mvnw -Pbenchmarks -pl benchmarks -am compile exec:exec
 * ./mvnw -Pbenchmarks -pl benchmarks -am compile exec:exec -Dbenchmarks.only=trivial,start -Dbenchmarks.rounds=11
 * ./mvnw -Pbenchmarks -pl benchmarks -am compile exec:exec -Dbenchmark.main=org.openjdk.jmh.Main -Dbenchmark.args=Codec
 * </pre>
 *
 * <p>{@code -Dbenchmarks.page=<path>} also puts tables and pictures into a page, between its markers.
 */
@NullMarked
package org.poolmanager.benchmarks;

import org.jspecify.annotations.NullMarked;
