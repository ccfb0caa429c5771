package org.poolmanager.boot.thumbs;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** Bound by setters. */
@ConfigurationProperties("thumb.scaler")
class ScalerProperties {

    private int maxWidth = 10;

    public int getMaxWidth() {
        return maxWidth;
    }

    public void setMaxWidth(int maxWidth) {
        this.maxWidth = maxWidth;
    }
}
