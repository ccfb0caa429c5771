/** Auto-configuration of the pools that {@code application.yml} declares. */
@NullMarked
package org.poolmanager.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
