package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileNamesTest {

    @Test
    void onlyTheLastPartOfAPathStays() {
        assertThat(FileNames.clean("../../etc/passwd")).isEqualTo("passwd");
        assertThat(FileNames.clean("C:\\Users\\me\\a.pdf")).isEqualTo("a.pdf");
    }

    @Test
    void controlCharactersCannotForgeLogLines() {
        assertThat(FileNames.clean("a\r\n2026 INFO all is well.pdf")).isEqualTo("a??2026 INFO all is well.pdf");
    }

    @Test
    void missingAndEndlessNamesAreReplaced() {
        assertThat(FileNames.clean(null)).isEqualTo("unnamed");
        assertThat(FileNames.clean("dir/")).isEqualTo("unnamed");
        assertThat(FileNames.clean("x".repeat(1000) + ".pdf")).hasSize(200).endsWith(".pdf");
    }
}
