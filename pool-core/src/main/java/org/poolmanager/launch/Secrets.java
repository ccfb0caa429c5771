package org.poolmanager.launch;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hides the values of system properties whose name looks like that of a secret. */
final class Secrets {

    private static final Pattern SECRET_PROPERTY = Pattern.compile(
            "(-D[^=]*(?:passw|pwd|secret|token|key|credential)[^=]*=).+", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private Secrets() {}

    static List<String> masked(List<String> arguments) {
        return arguments.stream().map(Secrets::masked).toList();
    }

    private static String masked(String argument) {
        Matcher matcher = SECRET_PROPERTY.matcher(argument);
        return matcher.matches() ? matcher.group(1) + "****" : argument;
    }
}
