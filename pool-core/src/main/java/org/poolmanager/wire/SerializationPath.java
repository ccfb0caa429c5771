package org.poolmanager.wire;

import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the fields that lead from an object to the part of it that cannot be serialized, because the JDK's exception
 * names the class alone. Runs only after a failure.
 */
final class SerializationPath {

    private static final int MAX_OBJECTS = 10_000;

    private record Step(Object object, String path) {}

    private SerializationPath() {}

    static String find(Object root, String culprit) {
        String at = search(root);
        return culprit + " is not java.io.Serializable"
                + (at == null || at.isEmpty()
                        ? ""
                        : " (reached through " + root.getClass().getSimpleName() + at + ")")
                + "; make it Serializable, mark the field transient, or keep it out of the task and its result";
    }

    private static @Nullable String search(Object root) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Step> next = new ArrayDeque<>();
        next.add(new Step(root, ""));
        while (!next.isEmpty() && seen.size() < MAX_OBJECTS) {
            Step step = next.poll();
            if (!seen.add(step.object)) {
                continue;
            }
            if (!(step.object instanceof Serializable)) {
                return step.path;
            }
            addParts(step, next);
        }
        return null;
    }

    private static void addParts(Step step, Deque<Step> next) {
        if (step.object instanceof Object[] array) {
            for (int i = 0; i < array.length; i++) {
                add(array[i], step.path + "[" + i + "]", next);
            }
            return;
        }
        if (step.object instanceof Iterable<?> parts
                && step.object.getClass().getName().startsWith("java.util.")) {
            int i = 0;
            for (Object part : parts) {
                add(part, step.path + "[" + i++ + "]", next);
            }
            return;
        }
        for (Class<?> type = step.object.getClass();
                type != null && type != Object.class;
                type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !Modifier.isTransient(field.getModifiers())
                        && !field.getType().isPrimitive()) {
                    add(value(field, step.object), step.path + "." + field.getName(), next);
                }
            }
        }
    }

    private static @Nullable Object value(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException | InaccessibleObjectException | SecurityException e) {
            return null;
        }
    }

    private static void add(@Nullable Object part, String path, Deque<Step> next) {
        if (part != null) {
            next.add(new Step(part, path));
        }
    }
}
