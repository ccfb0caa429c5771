package org.poolmanager.boot.thumbs;

/** Made by a method of the application class. */
record Palette(String color) {}
