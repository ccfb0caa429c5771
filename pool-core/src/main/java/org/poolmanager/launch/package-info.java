/**
 * Child JVMs from outside: the class path as the parent really has it, the command line, start, kill of the process
 * tree, and why a child ended.
 */
@NullMarked
package org.poolmanager.launch;

import org.jspecify.annotations.NullMarked;
