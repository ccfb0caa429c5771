/** Workers in child JVMs that Spring builds: what the application knows of them, and the small context in the child. */
@NullMarked
package org.poolmanager.boot.worker;

import org.jspecify.annotations.NullMarked;
