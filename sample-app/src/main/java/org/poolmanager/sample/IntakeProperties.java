package org.poolmanager.sample;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the intake may be told.
 *
 * @param folder the watched folder, created if it is missing
 * @param settle how long a file in that folder must stay unchanged before it counts as completely written
 * @param maxSize the largest document that is taken
 * @param patience how long an uploaded document waits for room in the pools before it is turned away
 * @param keep how many finished documents are remembered, with their text and preview
 */
@ConfigurationProperties("intake")
record IntakeProperties(
        @DefaultValue("intake") Path folder,
        @DefaultValue("1s") Duration settle,
        @DefaultValue("25MB") DataSize maxSize,
        @DefaultValue("30s") Duration patience,
        @DefaultValue("500") int keep) {}
