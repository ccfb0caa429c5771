package org.poolmanager;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.poolmanager", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] JDK = {"java..", "javax..", "org.jspecify.annotations.."};

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("org.poolmanager.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule wireKnowsTheJdkOnly = classes()
            .that()
            .resideInAPackage("org.poolmanager.wire")
            .and()
            .haveNameNotMatching(".*\\.ForyCodec(\\$.*)?") // loaded only where somebody chooses it
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(with("org.poolmanager.wire"));

    @ArchTest
    static final ArchRule launchKnowsTheJdkOnly = classes()
            .that()
            .resideInAPackage("org.poolmanager.launch")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(with("org.poolmanager.launch"));

    @ArchTest
    static final ArchRule workerKnowsWireAndLoggingOnly = classes()
            .that()
            .resideInAPackage("org.poolmanager.worker")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(with(
                    "org.poolmanager.worker",
                    "org.poolmanager.wire",
                    "org.slf4j..",
                    "ch.qos.logback..",
                    "org.apache.logging.log4j.."));

    @ArchTest
    static final ArchRule coreKnowsNoSpring =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("org.springframework..", "io.micrometer..");

    @ArchTest
    static final ArchRule onlyTheWorkersMainExits = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("org.poolmanager.worker.WorkerMain")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class);

    @ArchTest
    static final ArchRule nobodySleeps = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    /** Whoever sets the clock must not end a task: R11, C118. */
    @ArchTest
    static final ArchRule nothingIsTimedByTheWallClock = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(
                    java.time.Duration.class,
                    "between",
                    java.time.temporal.Temporal.class,
                    java.time.temporal.Temporal.class);

    /** Nor does anything that judges a limit look at the wall clock for another reason: C118. */
    @ArchTest
    static final ArchRule limitsKnowNoWallClock = noClasses()
            .that()
            .haveNameMatching("org.poolmanager.(TimeKeeper|Patience|Vigil|Hostages|Clock|Nanos|TaskLimits|Board|SlowLog"
                    + "|Cancellation|ProcessWorker|ThreadWorker|Shutdown|Entrance|worker\\.\\w+|wire\\.\\w+)")
            .and()
            .haveSimpleNameNotEndingWith("Capture") // records say when they were made
            .and()
            .haveSimpleNameNotContaining("LogEvent")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(java.time.Instant.class, java.time.Clock.class, java.util.Date.class);

    private static String[] with(String... own) {
        String[] all = java.util.Arrays.copyOf(JDK, JDK.length + own.length);
        System.arraycopy(own, 0, all, JDK.length, own.length);
        return all;
    }
}
