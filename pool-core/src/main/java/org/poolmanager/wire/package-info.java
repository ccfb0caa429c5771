/** The only place that knows bytes: frames, codec, scoreboard, and what travels in them. */
@NullMarked
package org.poolmanager.wire;

import org.jspecify.annotations.NullMarked;
