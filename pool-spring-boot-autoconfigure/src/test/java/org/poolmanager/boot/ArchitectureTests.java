package org.poolmanager.boot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

@AnalyzeClasses(packages = "org.poolmanager.boot", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String CORE = "org.poolmanager";

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("org.poolmanager.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule autoConfigurationsArePublicAndFinal = classes()
            .that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .bePublic()
            .andShould()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule autoConfigurationsHaveNoPublicMethods = methods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule classConditionsAreNotOnBeanMethods =
            methods().that().areAnnotatedWith(Bean.class).should().notBeAnnotatedWith(ConditionalOnClass.class);

    @ArchTest
    static final ArchRule onlyTheOptionalPackagesKnowOptionalLibraries = noClasses()
            .that()
            .resideInAnyPackage("org.poolmanager.boot", "org.poolmanager.boot.autoconfigure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.boot.actuate..",
                    "org.springframework.boot.health..",
                    "org.springframework.boot.micrometer..",
                    "org.springframework.web..",
                    "io.micrometer..");

    @ArchTest
    static final ArchRule autoConfigurationIsTheTop = noClasses()
            .that()
            .resideOutsideOfPackage("org.poolmanager.boot.autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.poolmanager.boot.autoconfigure..");

    @ArchTest
    static final ArchRule ofTheCoreOnlyWhatUsersMayUse = noClasses()
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are bytes, or the inside of workers",
                    (JavaClass type) -> type.getPackageName().equals(CORE + ".wire")
                            && !type.getSimpleName().equals("PayloadCodec")));

    @ArchTest
    static final ArchRule nobodySleeps = noClasses().should().callMethod(Thread.class, "sleep", long.class);
}
