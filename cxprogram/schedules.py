"""What beat wakes, and how often. Each sweep finds what was missed; twice changes nothing."""

SCHEDULE = {
    "fold answers": {"task": "feedback.tasks.fold_answers", "schedule": 10.0, "options": {"expires": 10}},
    "send waiting mail": {"task": "cxprogram.tasks.send_waiting_mail", "schedule": 30.0, "options": {"expires": 30}},
    "work on waiting imports": {
        "task": "feedback.tasks.work_on_waiting_imports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}
