package org.poolmanager.boot.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.util.ClassUtils;

/**
 * Which methods of its own class, and of those that it inherits from, a method calls. In a {@code @Configuration} class such
 * a call means a bean, and the bytecode is the only place that says so.
 */
final class SiblingCalls {

    /** By class, the most special one first, and by method: what that calls. */
    private final Map<String, Map<String, Set<Call>>> bodies = new LinkedHashMap<>();

    /**
     * A call.
     *
     * @param from where the search for the method begins: null for the most special class
     * @param name the method's
     * @param descriptor its parameters
     */
    private record Call(@Nullable String from, String name, String descriptor) {

        String method() {
            return name + descriptor;
        }
    }

    private SiblingCalls(List<Class<?>> types) {
        types.forEach(type -> bodies.put(internalName(type), new LinkedHashMap<>()));
        types.forEach(this::read);
    }

    /** The names of the methods called, directly or through others. */
    static Collection<String> of(Class<?> type, String method) {
        List<Class<?>> types = new ArrayList<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            types.add(each);
        }
        types.addAll(ClassUtils.getAllInterfacesForClassAsSet(type));
        return new SiblingCalls(types).reachedFrom(method);
    }

    private Set<String> reachedFrom(String method) {
        Set<Call> seen = new HashSet<>();
        Set<String> reached = new TreeSet<>();
        Deque<Call> open = new ArrayDeque<>();
        bodies.values().stream()
                .flatMap(methods -> methods.keySet().stream())
                .filter(each -> each.startsWith(method + "("))
                .distinct()
                .forEach(each -> open.add(new Call(null, method, each.substring(method.length()))));
        while (!open.isEmpty()) {
            for (Call call : body(open.pop())) {
                reached.add(call.name);
                if (seen.add(call)) {
                    open.add(call);
                }
            }
        }
        return reached;
    }

    /** Of the first class that has such a method, as the JVM would choose it. */
    private Set<Call> body(Call call) {
        boolean begun = call.from == null;
        for (Map.Entry<String, Map<String, Set<Call>>> type : bodies.entrySet()) {
            begun |= type.getKey().equals(call.from);
            Set<Call> body = begun ? type.getValue().get(call.method()) : null;
            if (body != null) {
                return body;
            }
        }
        return Set.of();
    }

    private void read(Class<?> type) {
        try (InputStream bytes = type.getResourceAsStream(ClassUtils.getClassFileName(type))) {
            if (bytes != null) {
                new ClassReader(bytes)
                        .accept(new Reader(internalName(type)), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            }
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static String internalName(Class<?> type) {
        return type.getName().replace('.', '/');
    }

    /** Reads one class. */
    private final class Reader extends ClassVisitor {

        private final String type;

        private Reader(String type) {
            super(SpringAsmInfo.ASM_VERSION);
            this.type = type;
        }

        @Override
        public @Nullable MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
            if ((access & Opcodes.ACC_ABSTRACT) != 0) {
                return null;
            }
            Set<Call> calls = new HashSet<>();
            Map<String, Set<Call>> methods = bodies.get(type);
            assert methods != null;
            methods.put(name + descriptor, calls);
            return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {
                @Override
                public void visitMethodInsn(int opcode, String owner, String called, String of, boolean isInterface) {
                    boolean chosen = opcode == Opcodes.INVOKEVIRTUAL || opcode == Opcodes.INVOKEINTERFACE;
                    add(chosen, owner, called, of);
                }

                // The body of a lambda expression, or the method that a reference names.
                @Override
                public void visitInvokeDynamicInsn(String called, String of, Handle bootstrap, Object... arguments) {
                    for (Object argument : arguments) {
                        if (argument instanceof Handle handle) {
                            boolean chosen = handle.getTag() == Opcodes.H_INVOKEVIRTUAL
                                    || handle.getTag() == Opcodes.H_INVOKEINTERFACE;
                            add(chosen, handle.getOwner(), handle.getName(), handle.getDesc());
                        }
                    }
                }

                private void add(boolean chosenByObject, String owner, String called, String of) {
                    if (bodies.containsKey(owner)) {
                        calls.add(new Call(chosenByObject ? null : owner, called, of));
                    }
                }
            };
        }
    }
}
