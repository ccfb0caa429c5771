package org.poolmanager.sample;

import java.io.File;
import java.io.Serializable;

/**
 * A task for both pools: a name and a place instead of the bytes, so a large document never passes through the parent's
 * heap.
 *
 * @param id the document's number in this application
 * @param name what the sender called it
 * @param file where its content lies until both pools are done with it
 */
record Document(String id, String name, File file) implements Serializable {}
