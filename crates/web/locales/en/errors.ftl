# What happened, what was kept, what to do.
error-nothing-here = There is nothing at this address.
error-no-customer = There is no such customer.
error-host = This server does not answer to that name.
error-other-site = This form did not come from one of our own pages.
error-busy = The server has too much to do at the moment.
error-unreadable = This request cannot be read.
error-failed = Something failed inside.
error-kept-all = Nothing was changed.
error-kept-nothing-shown = Nothing was shown and nothing was changed. Another name than the server’s own can be a stranger’s way to read what is here.
error-kept-maybe = Everything that was acknowledged before is kept. If you sent a form, look whether it had its effect before you send it again.
error-todo-start = Begin again at the overview, or search for the customer.
error-todo-search = They may have been erased, or merged into another. Search by name, number or address.
error-todo-host = Open it as localhost, 127.0.0.1 or [::1].
error-todo-form = Open the customer’s page and send the form there; programs use the API.
error-todo-again = Try again in a moment.
error-todo-back = Go back, correct it and try again.
error-todo-log = Try again. If it stays, the server’s log says what failed.
