package org.poolmanager.sample;

import org.springframework.boot.servlet.autoconfigure.MultipartProperties;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;

/** Answers an upload that is refused as a whole, before any document in it was looked at. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UploadErrors {

    private final MultipartProperties limits;

    UploadErrors(MultipartProperties limits) {
        this.limits = limits;
    }

    @ExceptionHandler
    ProblemDetail tooLarge(MaxUploadSizeExceededException e) {
        String text = "Too large: all documents of one upload together may have %d MB"
                .formatted(limits.getMaxRequestSize().toMegabytes());
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONTENT_TOO_LARGE, text);
    }

    @ExceptionHandler
    ProblemDetail broken(MultipartException e) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST, "The upload broke off, has too many parts, or is not multipart/form-data");
    }
}
