package org.poolmanager;

import java.util.AbstractQueue;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Tasks in a row, in short arrays that are filled once and then left, for two reasons. To store what is new into what is
 * old makes the processor wait with G1, which has to know of it; into a deque of the JDK that serves for hours, each task
 * is stored so, and such an array here is as young as what is in it. And a deque of the JDK that cannot grow, because
 * memory has run out, forgets all that it holds (seen with JDK 17 and 25); this one is then as it was.
 *
 * <p>Only {@link #offer}, {@link #addFirst}, {@link #reserve} and an iterator take memory. While somebody iterates, nobody
 * but that iterator may change it. Not thread-safe; its owner guards it.
 */
final class TaskQueue extends AbstractQueue<Task> {

    private static final int PART = 64;

    private Part first = new Part();

    private Part last = first;

    /** The next one, if it has been reserved. */
    private @Nullable Part spare;

    private int size;

    /** From {@code begin} to {@code end}, the others null. Empty only if there is no other. */
    private static final class Part {

        final @Nullable Task[] tasks = new @Nullable Task[PART];

        int begin;

        int end;

        @Nullable
        Part next;
    }

    /** An {@link #offer} that is the next that is done here will not fail. */
    void reserve() {
        if (last.end == PART && spare == null) {
            spare = new Part();
        }
    }

    @Override
    public boolean offer(Task task) {
        reserve();
        Part fresh = spare;
        if (fresh != null) {
            spare = null;
            if (size == 0) {
                first = fresh;
            } else {
                last.next = fresh;
            }
            last = fresh;
        }
        last.tasks[last.end++] = task;
        size++;
        return true;
    }

    /** It is the next one. */
    void addFirst(Task task) {
        if (first.begin == 0) {
            Part fresh = new Part();
            fresh.begin = PART;
            fresh.end = PART;
            if (size == 0) {
                last = fresh;
            } else {
                fresh.next = first;
            }
            first = fresh;
        }
        first.tasks[--first.begin] = task;
        size++;
    }

    @Override
    public @Nullable Task peek() {
        return size == 0 ? null : first.tasks[first.begin];
    }

    @Override
    public @Nullable Task poll() {
        Task task = peek();
        if (task != null) {
            first.tasks[first.begin++] = null;
            size--;
            if (first.begin == first.end && first.next != null) {
                Part done = first;
                first = first.next;
                done.next = null; // else one that has grown old would keep all that follow it, and make them old
            }
        }
        return task;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a task is its object
    public boolean remove(@Nullable Object task) {
        Part before = null;
        for (Part part = first; part != null; part = part.next) {
            for (int at = part.begin; at < part.end; at++) {
                if (part.tasks[at] == task) {
                    removeAt(before, part, at);
                    return true;
                }
            }
            before = part;
        }
        return false;
    }

    private void removeAt(@Nullable Part before, Part part, int at) {
        System.arraycopy(part.tasks, at + 1, part.tasks, at, part.end - at - 1);
        part.tasks[--part.end] = null;
        size--;
        if (part.begin == part.end) {
            leaveOut(before, part);
        }
    }

    /** An empty part, unless it is the only one. */
    private void leaveOut(@Nullable Part before, Part part) {
        Part next = part.next;
        part.next = null;
        if (before != null) {
            before.next = next;
        } else if (next != null) {
            first = next;
        }
        if (next == null && before != null) {
            last = before;
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Iterator<Task> iterator() {
        return new Walk();
    }

    private final class Walk implements Iterator<Task> {

        private @Nullable Part before;

        private Part part = first;

        /** Of the next one in this part, if there is one. */
        private int at = first.begin;

        private boolean canRemove;

        @Override
        public boolean hasNext() {
            return at < part.end || part.next != null;
        }

        @Override
        public Task next() {
            if (at == part.end && part.next != null) {
                before = part;
                part = part.next;
                at = part.begin;
            }
            Task task = at < part.end ? part.tasks[at] : null;
            if (task == null) {
                throw new NoSuchElementException();
            }
            at++;
            canRemove = true;
            return task;
        }

        @Override
        public void remove() {
            if (!canRemove) {
                throw new IllegalStateException("there is none that has been returned and not removed");
            }
            canRemove = false;
            Part next = part.next;
            removeAt(before, part, --at);
            if (part.begin == part.end && next != null) {
                part = next;
                at = next.begin;
            } else if (part.begin == part.end && before != null) {
                part = before;
                at = before.end;
            }
        }
    }
}
