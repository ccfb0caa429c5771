package org.poolmanager.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What comes with the starter, as its users' builds see it. */
class DependenciesTests {

    @Test
    @DisplayName(
            "The starter brings the core and the auto-configuration, and otherwise what spring-boot-starter has anyway")
    void nothingElse() throws Exception {
        assertThat(required("pool-spring-boot-starter"))
                .containsExactlyInAnyOrder("pool-core", "pool-spring-boot-autoconfigure", "spring-boot-starter");
        assertThat(required("pool-spring-boot-autoconfigure"))
                .containsExactlyInAnyOrder("pool-core", "spring-boot-autoconfigure");
        // Spring's core needs the first, Boot's logging the second.
        assertThat(required("pool-core")).isSubsetOf("jspecify", "slf4j-api");
    }

    /** Those that are neither optional nor for this build alone. */
    private static List<String> required(String module) throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("..", module, "pom.xml").toFile());
        NodeList all = pom.getElementsByTagName("dependency");
        List<String> required = new ArrayList<>();
        for (int i = 0; i < all.getLength(); i++) {
            Element dependency = (Element) all.item(i);
            Node owner = dependency.getParentNode().getParentNode();
            String scope = child(dependency, "scope");
            boolean travels = scope.isEmpty() || scope.equals("compile") || scope.equals("runtime");
            if (owner.equals(pom.getDocumentElement())
                    && travels
                    && !child(dependency, "optional").equals("true")) {
                required.add(child(dependency, "artifactId"));
            }
        }
        return required;
    }

    private static String child(Element element, String name) {
        NodeList found = element.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }
}
