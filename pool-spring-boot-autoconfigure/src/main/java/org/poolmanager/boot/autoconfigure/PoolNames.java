package org.poolmanager.boot.autoconfigure;

import java.util.Locale;
import java.util.regex.Pattern;

/** What pools may be called, and when two spellings are the same name. */
final class PoolNames {

    static final String RULE = "[A-Za-z][A-Za-z0-9_-]*";

    private static final Pattern LEGAL = Pattern.compile(RULE);

    private PoolNames() {}

    static boolean isLegal(String name) {
        return LEGAL.matcher(name).matches();
    }

    /** Equal for all spellings that Boot's relaxed binding takes for one. */
    static String uniform(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    static boolean same(String name, String other) {
        return uniform(name).equals(uniform(other));
    }

    /** The spelling that a parameter or a field can have: {@code pdf-render} becomes {@code pdfRender}. */
    static String camelCase(String name) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '-') {
                boolean afterDash = i > 0 && name.charAt(i - 1) == '-';
                result.append(afterDash ? Character.toUpperCase(c) : c);
            }
        }
        return result.toString();
    }
}
