"""Forms and answers of the sample pages."""

from collections.abc import Mapping

from app.domain.form import FormSchema, read_form

FORM = {
    "type": "default",
    "components": [
        {"type": "text", "text": "请如实填写。", "properties": {"text_en": "Please answer truthfully."}},
        {
            "type": "group",
            "label": "经营信息",
            "properties": {"label_en": "Business"},
            "components": [
                {"type": "textfield", "key": "trade_name", "label": "字号", "validate": {"required": True}},
                {"type": "number", "key": "capital", "label": "注册资本(万元)", "validate": {"min": 1}},
                {"type": "date", "key": "opens_on", "label": "预计开业日期"},
                {
                    "type": "select",
                    "key": "place",
                    "label": "经营场所",
                    "values": [{"value": "own", "label": "自有"}, {"value": "rented", "label": "租赁"}],
                },
            ],
        },
        {
            "type": "radio",
            "key": "has_staff",
            "label": "是否招用员工",
            "validate": {"required": True},
            "values": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
        },
        {
            "type": "dynamiclist",
            "path": "employees",
            "label": "员工",
            "conditional": {"hide": '=has_staff != "yes"'},
            "components": [
                {"type": "textfield", "key": "name", "label": "姓名", "validate": {"required": True}},
                {"type": "checkbox", "key": "insured", "label": "已参保"},
            ],
        },
        {
            "type": "checklist",
            "key": "delivery",
            "label": "领取方式",
            "description": "可多选。",
            "values": [{"value": "counter", "label": "窗口领取"}, {"value": "post", "label": "邮寄"}],
        },
        {"type": "textarea", "key": "remark", "label": "备注"},
        {"type": "filepicker", "key": "photo", "label": "场所照片", "accept": ".jpg,.png"},
        {"type": "checkbox", "key": "agrees", "label": "同意共享申请信息", "validate": {"required": True}},
    ],
}
REVIEW = {
    "type": "default",
    "components": [
        {"type": "textarea", "key": "opinion", "label": "审查意见", "validate": {"required": True}},
        {
            "type": "textarea",
            "key": "reason",
            "label": "不予的理由和依据",
            "conditional": {"hide": '=outcome != "refuse"'},
        },
    ],
}
ANSWERS = {
    "trade_name": "清江小馆",
    "has_staff": "yes",
    "employees": [{"name": "王芳"}, {"name": "李强", "insured": True}],
}


def schema(found: Mapping[str, object]) -> FormSchema:
    return read_form(found)
