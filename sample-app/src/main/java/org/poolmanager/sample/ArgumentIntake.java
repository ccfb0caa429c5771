package org.poolmanager.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.stereotype.Component;

/** Takes in the files, and all files below the folders, that the command line names. */
@Component
final class ArgumentIntake implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(ArgumentIntake.class);

    private final Intake intake;

    private final DocumentStore store;

    private final AsyncTaskExecutor executor;

    ArgumentIntake(Intake intake, DocumentStore store, AsyncTaskExecutor executor) {
        this.intake = intake;
        this.store = store;
        this.executor = executor;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        List<String> names = arguments.getNonOptionArgs();
        if (!names.isEmpty()) {
            String batch = store.open("command line");
            // In the background: the service is ready long before a large folder is read.
            executor.execute(() -> names.forEach(name -> take(batch, Path.of(name))));
        }
    }

    private void take(String batch, Path named) {
        try (Stream<Path> files = Files.isDirectory(named) ? Files.walk(named) : Stream.of(named)) {
            for (Path file : (Iterable<Path>) files.filter(path -> !Files.isDirectory(path))::iterator) {
                intake.process(intake.enter(batch, new FileSystemResource(file)), null);
            }
        } catch (IOException | UncheckedIOException e) {
            log.error("Cannot list {}", named, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
