package org.poolmanager.wire;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * How objects travel between a pool and its child JVMs: static arguments, tasks and results. A pool chooses its codec by
 * name: {@value #JAVA}, {@value #FORY}, or the name of a class that implements this interface, is public, has a public
 * constructor without parameters, and is on the class path of the child JVMs too. Each side makes one instance, which many
 * threads use at once.
 *
 * <p>A codec sees neither null nor boxed values, strings and arrays of primitives, which the pool itself carries, nor
 * functions and exceptions, which travel by Java serialization. {@code max-payload} is kept by the pool. What an
 * implementation of your own reads in the parent comes from a worker, perhaps one that a hostile document has taken over:
 * it must not build whatever class the bytes name.
 */
public interface PayloadCodec {

    /** Java serialization, with an allow-list for what a worker sends. The default. */
    String JAVA = "java";

    /** Apache Fory, with the same allow-list. Needs {@code org.apache.fory:fory-core} on the class path. */
    String FORY = "fory";

    /**
     * Writes an object.
     *
     * @param value a static argument, a task or a result
     * @param out where to, in memory; it need not be flushed or closed, and throws when the payload becomes too large
     * @throws Exception if it cannot travel; this is the failure of the task, and the message should name the class
     */
    void encode(Object value, OutputStream out) throws Exception;

    /**
     * Reads an object.
     *
     * @param in the bytes that {@link #encode} wrote, perhaps in another JVM, and nothing behind them; all of them are in
     *     memory, so {@code available()} says how many
     * @return an equal object
     * @throws Exception if the bytes are damaged, or name a class that is missing or not allowed; this is the failure of
     *     the task
     */
    Object decode(InputStream in) throws Exception;
}
