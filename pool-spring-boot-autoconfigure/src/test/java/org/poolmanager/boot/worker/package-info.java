/** Workers that Spring builds in child JVMs. */
package org.poolmanager.boot.worker;
