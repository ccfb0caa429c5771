package org.poolmanager.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;

/** Runs the whole application, on a port of its own and with real child JVMs. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "intake.folder=target/test-intake",
            // Long enough, on a busy machine, for workers with all their parsers, for documents until there is room,
            // and for good ones.
            "poolmanager.defaults.start-timeout=3m",
            "intake.patience=90s",
            "poolmanager.pools.extract.task-timeout=10s",
            "poolmanager.pools.preview.task-timeout=10s"
        })
@interface SampleTest {}
