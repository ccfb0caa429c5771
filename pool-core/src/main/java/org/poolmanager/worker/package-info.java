/** What a user writes to be run by a pool, and what runs it inside a worker. */
@NullMarked
package org.poolmanager.worker;

import org.jspecify.annotations.NullMarked;
