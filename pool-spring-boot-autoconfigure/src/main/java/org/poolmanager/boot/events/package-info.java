/** What has happened to pools lately. */
@NullMarked
package org.poolmanager.boot.events;

import org.jspecify.annotations.NullMarked;
