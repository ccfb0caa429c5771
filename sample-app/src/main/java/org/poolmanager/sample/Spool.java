package org.poolmanager.sample;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * A directory that only this user can look into, and that is gone when the application is: documents while the pools
 * work on them, and the previews that are still remembered.
 */
@Component
final class Spool implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    private static final String PREFIX = "poolmanager-sample-";

    private static final Pattern OWNER = Pattern.compile(PREFIX + "(\\d{1,18})-");

    private final Path directory;

    Spool() throws IOException {
        directory = Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-");
        sweep(Objects.requireNonNull(directory.getParent()));
    }

    /** An application that is killed cannot tidy up, so the next one does it. */
    private static void sweep(Path temporary) throws IOException {
        try (DirectoryStream<Path> spools = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path spool : spools) {
                Matcher name = OWNER.matcher(spool.getFileName().toString());
                if (name.lookingAt()
                        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()
                        && Files.isDirectory(spool, LinkOption.NOFOLLOW_LINKS)) {
                    delete(spool);
                }
            }
        }
    }

    Path document(String id) {
        return directory.resolve(id + ".document");
    }

    Path preview(String id) {
        return directory.resolve(id + ".png");
    }

    void keep(String id, InputStream content) throws IOException {
        try (content) {
            Files.copy(content, document(id));
        } catch (IOException e) {
            dropDocument(id);
            throw e;
        }
    }

    void dropDocument(String id) {
        drop(document(id));
    }

    void dropPreview(String id) {
        drop(preview(id));
    }

    @Override
    public void destroy() {
        delete(directory);
    }

    private static void delete(Path spool) {
        try {
            FileSystemUtils.deleteRecursively(spool);
        } catch (IOException e) {
            log.warn("Cannot delete {}", spool, e);
        }
    }

    private static void drop(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("Cannot delete {}", file, e);
        }
    }
}
