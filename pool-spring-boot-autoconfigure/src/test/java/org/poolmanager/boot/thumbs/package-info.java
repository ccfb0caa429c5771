/** An application as a user writes it: a worker that is a component among others, and that needs them. */
package org.poolmanager.boot.thumbs;
