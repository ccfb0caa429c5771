/** Health of pools. */
@NullMarked
package org.poolmanager.boot.health;

import org.jspecify.annotations.NullMarked;
