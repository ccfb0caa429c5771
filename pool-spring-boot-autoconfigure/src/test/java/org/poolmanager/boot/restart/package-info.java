/** An application whose classes are loaded anew at each restart, as development tools do it. */
package org.poolmanager.boot.restart;
