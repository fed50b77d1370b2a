;;; eglot_test.el --- Astrolabe in Debian's Emacs, by eglot  -*- lexical-binding: t -*-
;; In batch, with the configuration that docs/editors.md has:
;;
;;   ASTROLABE=PROGRAM emacs -Q --batch -l eglot_test.el -f ert-run-tests-batch-and-exit
;;
;; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

(require 'ert)
(require 'cl-lib)
;; With -Q Debian's packages are not on the path.
(dolist (folder (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa/*"))
  (add-to-list 'load-path folder))
(require 'eglot)
(require 'xref)

(defconst astrolabe-program (getenv "ASTROLABE"))
(defconst astrolabe-deadline 40) ; seconds, for any one thing to happen

(defun astrolabe-wait (what condition)
  "Gives what CONDITION gives, once that is not nil; fails with WHAT after a while."
  (let ((end (+ (float-time) astrolabe-deadline)) value)
    (while (not (setq value (funcall condition)))
      (when (> (float-time) end) (ert-fail (format "waited in vain for %s" what)))
      (accept-process-output nil 0.02))
    value))

(defmacro astrolabe-in-shop (&rest body)
  "BODY in a buffer of shop.cc, in a project of its own, with the server connected."
  `(let* ((folder (file-truename (make-temp-file "astrolabe-emacs-" t)))
          (source (expand-file-name "shop.cc" folder))
          (eglot-sync-connect astrolabe-deadline)
          (eglot-autoshutdown t)
          (case-fold-search nil)
          (eglot-server-programs `(((c++-mode c-mode) . (,astrolabe-program "lsp" "--ai=0")))))
     (unwind-protect
         (progn
           (with-temp-file (expand-file-name "shop.h" folder)
             (insert "#pragma once\nstruct Article {\n  int price = 0;\n"
                     "  int Total(int count) const { return price * count; }\n};\n"))
           (with-temp-file source
             (insert "#include \"shop.h\"\n\nint Sum(const Article& article) {\n"
                     "  int sum = article.Total(2);\n  return sum;\n}\n"))
           (with-temp-file (expand-file-name "compile_flags.txt" folder) (insert "-std=c++20\n"))
           (call-process "git" nil nil nil "-C" folder "init" "-q") ; a project, for Emacs
           (with-current-buffer (find-file-noselect source)
             (apply #'eglot (eglot--guess-contact))
             (unwind-protect (progn ,@body)
               (let ((server (eglot-current-server)))
                 (set-buffer-modified-p nil)
                 (when server (eglot-shutdown server))))))
       (delete-directory folder t))))

(defun astrolabe-diagnostics ()
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(ert-deftest astrolabe-diagnostics-come ()
  (astrolabe-in-shop
   (flymake-mode 1)
   (goto-char (point-min))
   (search-forward "return sum")
   (insert "s")
   (eglot--signal-textDocument/didChange)
   (let ((texts (astrolabe-wait "an error" (lambda () (flymake-start) (astrolabe-diagnostics)))))
     (should (string-match-p "use of undeclared identifier 'sums'" (car texts))))))

(ert-deftest astrolabe-definition ()
  (astrolabe-in-shop
   (goto-char (point-min))
   (search-forward "article.To")
   (let ((found (astrolabe-wait
                 "a definition"
                 (lambda () (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))))
     (let ((place (xref-item-location (car found))))
       (should (string-suffix-p "/shop.h" (xref-location-group place)))
       (should (= 4 (xref-location-line place)))))))

(ert-deftest astrolabe-completion ()
  (astrolabe-in-shop
   (goto-char (point-min))
   (search-forward "article.")
   (let* ((capf (eglot-completion-at-point))
          (names (astrolabe-wait "completions" (lambda () (all-completions "" (nth 2 capf))))))
     (should (cl-some (lambda (name) (string-match-p "\\`Total" (string-trim name))) names)))))

(ert-deftest astrolabe-rename ()
  (astrolabe-in-shop
   (goto-char (point-min))
   (search-forward "  int su")
   (eglot-rename "total")
   (should (string-match-p "int total = article.Total(2);\n  return total;" (buffer-string)))))
