/**
 * A document intake service on two process pools.
 *
 * <pre>
 * upload ─┐                        ┌▶ extract: ExtractWorker in child JVMs ─┐
 * folder ─┼▶ Intake ─ a Document ──┤                                        ├▶ DocumentStore ─▶ page, JSON
 * args  ──┘                        └▶ preview: PreviewWorker in child JVMs ─┘
 * </pre>
 *
 * The pools are declared in {@code application.yml}; no class here starts, watches or ends a process.
 */
@NullMarked
package org.poolmanager.sample;

import org.jspecify.annotations.NullMarked;
