package org.poolmanager.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolNamesTests {

    @ParameterizedTest
    @ValueSource(strings = {"a", "Thumbs", "pdf-render", "snake_key", "x9", "a-"})
    void legal(String name) {
        assertThat(PoolNames.isLegal(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "9x", "-a", "a.b", "a b", "größe", "a/b"})
    void illegal(String name) {
        assertThat(PoolNames.isLegal(name)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"pdf-render, pdfRender", "a-b-c, aBC", "plain, plain", "Pdf-render, PdfRender", "a-, a", "a_b, a_b"})
    void camelCase(String name, String alias) {
        assertThat(PoolNames.camelCase(name)).isEqualTo(alias);
    }

    @Test
    void dashesUnderscoresAndCaseMakeNoDifference() {
        assertThat(PoolNames.same("pdf-render", "PDF_Render")).isTrue();
        assertThat(PoolNames.same("pdf-render", "pdf-renders")).isFalse();
    }
}
