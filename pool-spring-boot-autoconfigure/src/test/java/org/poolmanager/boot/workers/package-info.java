/** Workers for the tests. */
package org.poolmanager.boot.workers;
