package org.poolmanager.boot.thumbs;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Bound by the constructor. */
@ConfigurationProperties("thumb")
record ThumbProperties(String color, @DefaultValue("5s") Duration patience, String apiKey) {}
