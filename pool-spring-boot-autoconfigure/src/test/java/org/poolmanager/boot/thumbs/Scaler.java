package org.poolmanager.boot.thumbs;

import jakarta.annotation.PostConstruct;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** A component that the worker needs, with needs of its own. */
@Component
class Scaler {

    @Autowired
    private ScalerProperties properties;

    private boolean ready;

    @PostConstruct
    void prepare() {
        ready = true;
    }

    String scale(String image) {
        return image + " at " + properties.getMaxWidth() + (ready ? " (ready)" : "");
    }
}
