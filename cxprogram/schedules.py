"""What beat wakes, and how often. Each sweep finds what was missed; twice changes nothing."""

SCHEDULE = {
    "fold answers": {"task": "feedback.tasks.fold_answers", "schedule": 10.0, "options": {"expires": 10}},
    "fill KPIs": {"task": "journeys.tasks.fill_kpis", "schedule": 300.0, "options": {"expires": 300}},
    "keep KPI values": {"task": "journeys.tasks.keep_kpi_values", "schedule": 3600.0, "options": {"expires": 3600}},
    "assign episodes": {"task": "journeys.tasks.assign_episodes", "schedule": 300.0, "options": {"expires": 300}},
    "sweep retention": {"task": "journeys.tasks.sweep_retention", "schedule": 3600.0, "options": {"expires": 3600}},
    "propose moments of truth": {
        "task": "journeys.tasks.propose_moments_of_truth",
        "schedule": 86_400.0,
        "options": {"expires": 86_400},
    },
    "plan asks": {"task": "feedback.tasks.plan_asks", "schedule": 60.0, "options": {"expires": 60}},
    "ask customers": {"task": "feedback.tasks.ask_customers", "schedule": 20.0, "options": {"expires": 20}},
    "forget drafts": {"task": "feedback.tasks.forget_drafts", "schedule": 3600.0, "options": {"expires": 3600}},
    "send waiting mail": {"task": "cxprogram.tasks.send_waiting_mail", "schedule": 30.0, "options": {"expires": 30}},
    "work on waiting imports": {
        "task": "feedback.tasks.work_on_waiting_imports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "work on waiting studies": {
        "task": "feedback.tasks.work_on_waiting_studies",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}
