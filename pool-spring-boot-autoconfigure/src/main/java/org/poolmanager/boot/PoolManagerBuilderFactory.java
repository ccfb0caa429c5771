package org.poolmanager.boot;

import org.poolmanager.PoolManagerBuilder;
import org.poolmanager.worker.PoolProcess;

/**
 * Makes builders that know what {@code application.yml} says about pools in general, for pools that the application
 * builds itself. There is a bean of this type. A pool becomes a bean, and is started, closed and watched like a declared
 * one, when a {@code @Bean} method returns it: for that, its builders have {@code shutdownHook(false)}. A pool that is no
 * bean must be closed by whoever built it, or be given {@code shutdownHook(true)}.
 */
public interface PoolManagerBuilderFactory {

    /**
     * A builder with {@code poolmanager.defaults}.
     *
     * @param worker the class that runs the tasks; its static arguments are up to the caller
     * @return a builder
     * @param <T> what a task is
     * @param <R> what a task becomes
     */
    <T, R> PoolManagerBuilder<T, R> builder(Class<? extends PoolProcess<T, R>> worker);

    /**
     * A builder with a template, and with {@code poolmanager.defaults} where that says nothing.
     *
     * @param worker the class that runs the tasks; its static arguments are up to the caller
     * @param template a name below {@code poolmanager.templates}
     * @return a builder
     * @param <T> what a task is
     * @param <R> what a task becomes
     * @throws IllegalArgumentException if there is no such template
     */
    <T, R> PoolManagerBuilder<T, R> builder(Class<? extends PoolProcess<T, R>> worker, String template);
}
