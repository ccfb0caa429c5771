/** An application that tests run in a JVM of its own. */
package org.poolmanager.boot.app;
