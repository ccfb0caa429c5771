package org.poolmanager.boot.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.util.ClassUtils;

/**
 * Which methods of its own class a method calls. In a {@code @Configuration} class such a call means a bean, and the
 * bytecode is the only place that says so.
 */
final class SiblingCalls extends ClassVisitor {

    private final String owner;

    private final Map<String, Set<String>> calls = new HashMap<>();

    private SiblingCalls(String owner) {
        super(SpringAsmInfo.ASM_VERSION);
        this.owner = owner;
    }

    /** The names of the methods called, directly or through others. */
    static Collection<String> of(Class<?> type, String method) {
        SiblingCalls visitor = new SiblingCalls(type.getName().replace('.', '/'));
        try (InputStream bytes = type.getResourceAsStream(ClassUtils.getClassFileName(type))) {
            if (bytes == null) {
                return Set.of();
            }
            new ClassReader(bytes).accept(visitor, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
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

    private Set<String> callsOf(String method) {
        return calls.getOrDefault(method, Set.of());
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
        return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {
            @Override
            public void visitMethodInsn(int opcode, String target, String called, String type, boolean isInterface) {
                if (target.equals(owner)) {
                    calls.computeIfAbsent(name, key -> new HashSet<>()).add(called);
                }
            }
        };
    }
}
