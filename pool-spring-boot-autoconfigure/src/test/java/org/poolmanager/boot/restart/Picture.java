package org.poolmanager.boot.restart;

import java.io.Serializable;

/** A task and a result of the application's own. */
public record Picture(String name) implements Serializable {}
