package org.poolmanager.boot.thumbs;

import java.time.Duration;
import org.poolmanager.boot.PoolWorker;
import org.poolmanager.worker.PoolProcess;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Injected in all usual ways. */
@Component
@Scope("prototype")
@PoolWorker("thumbs")
class Thumbnailer implements PoolProcess<String, String> {

    private final Scaler scaler;

    private final Palette palette;

    private final int quality;

    @Value("${thumb.greeting}")
    private String greeting;

    private ThumbProperties properties;

    private Environment environment;

    Thumbnailer(Scaler scaler, Palette palette, @Value("${thumb.quality}") int quality) {
        this.scaler = scaler;
        this.palette = palette;
        this.quality = quality;
    }

    @Autowired
    void setProperties(ThumbProperties properties, Environment environment) {
        this.properties = properties;
        this.environment = environment;
    }

    @Override
    public String run(String image) {
        Duration patience = properties.patience();
        return String.join(
                "; ",
                scaler.scale(image),
                palette.color(),
                "quality " + quality,
                greeting,
                "patience " + patience.toSeconds(),
                "key " + properties.apiKey(),
                "profiles " + String.join(",", environment.getActiveProfiles()),
                "started by " + environment.getProperty("started.by"),
                "application " + environment.getProperty("spring.application.name"));
    }
}
