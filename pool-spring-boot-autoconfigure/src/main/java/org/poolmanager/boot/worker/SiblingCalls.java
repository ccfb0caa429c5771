package org.poolmanager.boot.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.util.ClassUtils;

/**
 * Which methods of its own class, or those above it, a method calls. In a {@code @Configuration} class such a call means a bean, and the
 * bytecode is the only place that says so.
 */
final class SiblingCalls extends ClassVisitor {

    /** The class and those that it inherits from. */
    private final Set<String> owners;

    private final Map<String, Set<String>> calls = new HashMap<>();

    private SiblingCalls(Set<String> owners) {
        super(SpringAsmInfo.ASM_VERSION);
        this.owners = owners;
    }

    /** The names of the methods called, directly or through others. */
    static Collection<String> of(Class<?> type, String method) {
        List<Class<?>> types = new ArrayList<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            types.add(each);
        }
        SiblingCalls visitor = new SiblingCalls(
                types.stream().map(each -> each.getName().replace('.', '/')).collect(Collectors.toSet()));
        types.forEach(visitor::read);
        Set<String> reached = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(visitor.callsOf(method));
        while (!open.isEmpty()) {
            String called = open.pop();
            if (reached.add(called)) {
                open.addAll(visitor.callsOf(called));
            }
        }
        return reached;
    }

    private void read(Class<?> type) {
        try (InputStream bytes = type.getResourceAsStream(ClassUtils.getClassFileName(type))) {
            if (bytes != null) {
                new ClassReader(bytes).accept(this, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            }
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private Set<String> callsOf(String method) {
        return calls.getOrDefault(method, Set.of());
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
        return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {
            @Override
            public void visitMethodInsn(int opcode, String target, String called, String type, boolean isInterface) {
                add(target, called);
            }

            // The body of a lambda expression, or the method that a reference names.
            @Override
            public void visitInvokeDynamicInsn(String called, String type, Handle bootstrap, Object... arguments) {
                for (Object argument : arguments) {
                    if (argument instanceof Handle handle) {
                        add(handle.getOwner(), handle.getName());
                    }
                }
            }

            private void add(String target, String called) {
                if (owners.contains(target)) {
                    calls.computeIfAbsent(name, key -> new HashSet<>()).add(called);
                }
            }
        };
    }
}
