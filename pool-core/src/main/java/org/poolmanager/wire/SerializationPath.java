package org.poolmanager.wire;

import java.io.NotSerializableException;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says which part of an object cannot be serialized, and which fields lead to it, because the JDK's exception names the
 * class at best. Runs only after a failure.
 */
final class SerializationPath {

    private static final int MAX_OBJECTS = 10_000;

    /** A longer path is cut in its middle. */
    private static final int MAX_STEPS = 20;

    private static final Set<String> HOOKS = Set.of(
            "writeObject",
            "writeReplace",
            "writeExternal",
            "readObject",
            "readResolve",
            "readExternal",
            "validateObject");

    private record Step(Object object, @Nullable Step from, String name) {}

    private SerializationPath() {}

    static PayloadException notSerializable(Object root, NotSerializableException problem) {
        String culprit = String.valueOf(problem.getMessage());
        Step found = search(root, object -> object.getClass().getName().equals(culprit));
        if (found == null) {
            found = search(root, object -> !(object instanceof Serializable));
        }
        return new PayloadException(
                culprit + " is not java.io.Serializable" + way(found)
                        + "; make it Serializable, mark the field transient, or keep it out of what travels",
                problem);
    }

    /** Something was thrown by one of the methods with which a class takes part in its own serialization. */
    static PayloadException failed(Object root, Throwable problem) {
        StackTraceElement hook = hook(problem);
        if (hook == null) {
            return new PayloadException(
                    "an object of " + root.getClass().getName() + " cannot be serialized: " + problem, problem);
        }
        Step found = search(root, object -> isA(object, hook.getClassName()));
        return new PayloadException(
                hook.getClassName() + " cannot be serialized" + way(found) + ": its " + hook.getMethodName() + " threw "
                        + problem,
                problem);
    }

    /** The method of a user's class that threw while an object was written or read. */
    static @Nullable StackTraceElement hook(Throwable problem) {
        for (StackTraceElement frame : problem.getStackTrace()) {
            if (HOOKS.contains(frame.getMethodName()) && !frame.getClassName().startsWith("java.")) {
                return frame.getClassName().startsWith("org.poolmanager.wire.") ? null : frame;
            }
        }
        return null;
    }

    private static boolean isA(Object object, String className) {
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(className)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Step search(Object root, Predicate<Object> culprit) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Step> next = new ArrayDeque<>();
        next.add(new Step(root, null, nameOf(root)));
        while (!next.isEmpty() && seen.size() < MAX_OBJECTS) {
            Step step = next.poll();
            if (!seen.add(step.object)) {
                continue;
            }
            if (culprit.test(step.object)) {
                return step;
            }
            addParts(step, next);
        }
        return null;
    }

    private static String nameOf(Object root) {
        Class<?> type = root.getClass();
        if (!type.isHidden()) {
            return type.getSimpleName().isEmpty() ? type.getName() : type.getSimpleName();
        }
        String name = type.getName();
        int end = name.indexOf("$$Lambda");
        return end < 0 ? name : "a lambda in " + name.substring(0, end) + ": ";
    }

    private static void addParts(Step step, Deque<Step> next) {
        Object whole = step.object;
        boolean ofJdk = whole.getClass().getName().startsWith("java.util.");
        if (whole instanceof Object[] array) {
            for (int i = 0; i < array.length; i++) {
                add(array[i], "[" + i + "]", step, next);
            }
        } else if (ofJdk && whole instanceof Iterable<?> parts) {
            int i = 0;
            for (Object part : parts) {
                add(part, "[" + i++ + "]", step, next);
            }
        } else if (ofJdk && whole instanceof Map<?, ?> map) {
            int i = 0;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                add(entry.getKey(), ".keySet()[" + i + "]", step, next);
                add(entry.getValue(), "[" + nameOf(entry.getKey(), i++) + "]", step, next);
            }
        } else if (whole instanceof Serializable && !(whole instanceof Enum || whole instanceof Class)) {
            addFields(step, next);
        }
    }

    /** What is not simple may do anything when it is asked for its name. */
    private static String nameOf(@Nullable Object key, int index) {
        return key instanceof String || key instanceof Number || key instanceof Enum ? key.toString() : "#" + index;
    }

    private static void addFields(Step step, Deque<Step> next) {
        for (Class<?> type = step.object.getClass();
                type != null && Serializable.class.isAssignableFrom(type);
                type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !Modifier.isTransient(field.getModifiers())
                        && !field.getType().isPrimitive()) {
                    String name = type.isHidden() ? "captured value " + field.getName() : "." + field.getName();
                    add(value(field, step.object), name, step, next);
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

    private static void add(@Nullable Object part, String name, Step whole, Deque<Step> next) {
        if (part != null) {
            next.add(new Step(part, whole, name));
        }
    }

    private static String way(@Nullable Step found) {
        if (found == null || found.from == null) {
            return "";
        }
        List<String> names = new ArrayList<>();
        for (Step step = found; step != null; step = step.from) {
            names.add(step.name);
        }
        Collections.reverse(names);
        if (names.size() <= MAX_STEPS) {
            return " (reached through " + String.join("", names) + ")";
        }
        List<String> start = names.subList(0, MAX_STEPS / 2);
        List<String> end = names.subList(names.size() - MAX_STEPS / 2, names.size());
        return " (reached through " + String.join("", start) + " … " + (names.size() - MAX_STEPS) + " more … "
                + String.join("", end) + ")";
    }
}
