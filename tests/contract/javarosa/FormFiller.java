import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.ValidateOutcome;
import org.javarosa.core.model.actions.setgeopoint.SetGeopointAction;
import org.javarosa.core.model.actions.setgeopoint.SetGeopointActionHandler;
import org.javarosa.core.model.data.AnswerDataFactory;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.MultipleItemsData;
import org.javarosa.core.model.data.SelectMultiData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.util.XFormUtils;

/**
 * Fills forms on JavaRosa as a person with ODK Collect does: one JSON request a line comes in, one JSON answer a line
 * goes out. What a phone does beside the form (lists, files, sending) is no business of this program.
 *
 * <p>Request: `form` and `media` (paths), `answers` by path (`group/question`, `repeat[2]/question`), `location` (what
 * the positioning of the phone says), `device` (its properties), and `instance` (path of a record to correct) or null.
 * Answer: `stopped` (path, reason, message) where the form refuses, else `xml`, `draft` (with what is not relevant),
 * `name`, `attachments`; always `asked` (paths), `choices` (by path) and `unasked` (answers nobody asked for). A
 * request that cannot be carried out at all is answered by `failed`.
 */
public final class FormFiller {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] FOLDERS = {"file-csv/", "file/", "images/", "audio/", "video/"};
    private static final Set<Integer> FILES = Set.of(
        Constants.CONTROL_IMAGE_CHOOSE, Constants.CONTROL_AUDIO_CAPTURE,
        Constants.CONTROL_VIDEO_CAPTURE, Constants.CONTROL_FILE_CAPTURE);
    private static final Set<Integer> SELECTS = Set.of(
        Constants.CONTROL_SELECT_ONE, Constants.CONTROL_SELECT_MULTI, Constants.CONTROL_RANK);

    private static String location;

    private final JsonNode request;
    private final Path media;
    private final Set<String> unused = new HashSet<>();
    private final ObjectNode answer = JSON.createObjectNode();
    private final ArrayNode asked = answer.putArray("asked");
    private final ObjectNode choices = answer.putObject("choices");
    private final ArrayNode attachments = answer.putArray("attachments");
    private FormDef form;
    private FormEntryController walk;

    private FormFiller(JsonNode request) {
        this.request = request;
        this.media = Path.of(request.get("media").asText());
        request.get("answers").fieldNames().forEachRemaining(unused::add);
    }

    /** Answers requests until the input ends. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        // The libraries say things of their own; they must not stand between two answers.
        System.setOut(System.err);
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        XFormParser.registerActionHandler(SetGeopointActionHandler.ELEMENT_NAME, new PositionHandler());
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(JSON.writeValueAsString(answerTo(line)));
        }
    }

    private static ObjectNode answerTo(String line) {
        try {
            return new FormFiller(JSON.readTree(line)).fill();
        } catch (Exception failure) {
            failure.printStackTrace();
            return JSON.createObjectNode().put("failed", failure.toString());
        }
    }

    private ObjectNode fill() throws Exception {
        open();
        if (answerAll() && isValid()) {
            walk.finalizeFormEntry();
            if (request.hasNonNull("instance")) {
                nameAsCorrection();
            }
            answer.put("xml", serialised(true)).put("draft", serialised(false)).put("name", meta("instanceName"));
        }
        ArrayNode unasked = answer.putArray("unasked");
        unused.stream().sorted().forEach(unasked::add);
        return answer;
    }

    private void open() throws Exception {
        location = request.path("location").asText(null);
        PropertyManager.setPropertyManager(new Device(JSON.convertValue(request.get("device"), new TypeReference<>() {})));
        ReferenceManager.instance().reset();
        ReferenceManager.instance().addReferenceFactory(new PrefixedRootFactory(FOLDERS) {
            @Override
            protected Reference factory(String name, String uri) {
                return new FileBeside(media.resolve(name), uri);
            }
        });
        try (InputStream xml = Files.newInputStream(Path.of(request.get("form").asText()))) {
            form = XFormUtils.getFormFromInputStream(xml, "jr://file/last-saved.xml");
        }
        walk = new FormEntryController(new FormEntryModel(form));
        boolean isNew = !request.hasNonNull("instance");
        if (!isNew) {
            takeUp(Path.of(request.get("instance").asText()));
        }
        form.initialize(isNew, new InstanceInitializationFactory());
    }

    private void takeUp(Path record) throws IOException {
        TreeElement filled = XFormParser.restoreDataModel(Files.readAllBytes(record), null).getRoot();
        TreeElement empty = form.getInstance().getRoot().deepCopy(true);
        empty.populate(filled, form);
        form.getInstance().setRoot(empty);
    }

    /** Goes through the form once from its beginning; false where an answer was refused. */
    private boolean answerAll() {
        for (int event = walk.stepToNextEvent(); event != FormEntryController.EVENT_END_OF_FORM; event = walk.stepToNextEvent()) {
            if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT) {
                String round = path(walk.getModel().getFormIndex()) + "/";
                if (unused.stream().anyMatch(key -> plain(key).startsWith(round))) {
                    walk.newRepeat();
                }
            } else if (event == FormEntryController.EVENT_QUESTION && !answerOne(walk.getModel().getQuestionPrompt())) {
                return false;
            }
        }
        return true;
    }

    private boolean answerOne(FormEntryPrompt question) {
        String path = path(question.getIndex());
        asked.add(path);
        if (SELECTS.contains(question.getControlType())) {
            ArrayNode values = choices.putArray(path);
            question.getSelectChoices().forEach(choice -> values.add(choice.getValue()));
        }
        String key = unused.stream().filter(each -> plain(each).equals(path)).findFirst().orElse(null);
        if (key != null) {
            unused.remove(key);
            IAnswerData said = data(question, request.get("answers").get(key).asText());
            int outcome = walk.answerQuestion(said, true);
            if (outcome != FormEntryController.ANSWER_OK) {
                return stop(question, outcome, said);
            }
        }
        IAnswerData value = walk.getModel().getQuestionPrompt().getAnswerValue();
        if (value != null && FILES.contains(question.getControlType())) {
            attachments.add(value.getDisplayText());
        }
        return true;
    }

    private static IAnswerData data(FormEntryPrompt question, String text) {
        int control = question.getControlType();
        if (text.isEmpty()) {
            return null;
        } else if (control == Constants.CONTROL_SELECT_ONE) {
            return new SelectOneData(chosen(question, text));
        } else if (control == Constants.CONTROL_SELECT_MULTI) {
            return new SelectMultiData(allChosen(question, text));
        } else if (control == Constants.CONTROL_RANK) {
            return new MultipleItemsData(allChosen(question, text));
        }
        return AnswerDataFactory.template(control, question.getDataType()).cast(new UncastData(text));
    }

    private static List<Selection> allChosen(FormEntryPrompt question, String values) {
        List<Selection> all = new ArrayList<>();
        for (String value : values.split(" ")) {
            all.add(chosen(question, value));
        }
        return all;
    }

    private static Selection chosen(FormEntryPrompt question, String value) {
        return question.getSelectChoices().stream()
            .filter(choice -> choice.getValue().equals(value))
            .findFirst()
            .map(SelectChoice::selection)
            .orElseThrow(() -> new IllegalArgumentException("not offered at " + path(question.getIndex()) + ": " + value));
    }

    private boolean isValid() {
        ValidateOutcome outcome = form.validate();
        if (outcome == null || outcome.outcome == FormEntryController.ANSWER_OK) {
            return true;
        }
        FormEntryPrompt question = walk.getModel().getQuestionPrompt(outcome.failedPrompt);
        return stop(question, outcome.outcome, question.getAnswerValue());
    }

    private boolean stop(FormEntryPrompt question, int outcome, IAnswerData said) {
        boolean isConstraint = outcome == FormEntryController.ANSWER_CONSTRAINT_VIOLATED;
        answer.putObject("stopped")
            .put("path", path(question.getIndex()))
            .put("reason", isConstraint ? "constraint" : "required")
            .put("message", isConstraint ? question.getConstraintText(said) : null);
        return false;
    }

    /** The identity of a correction is a new one, and it names the record it corrects (OPENROSA §5.3). */
    private void nameAsCorrection() {
        TreeElement meta = form.getInstance().getRoot().getFirstChild("meta");
        TreeElement identity = meta.getFirstChild("instanceID");
        TreeElement corrected = meta.getFirstChild("deprecatedID");
        if (corrected == null) {
            corrected = new TreeElement("deprecatedID", 0);
            corrected.setNamespace(identity.getNamespace());
            meta.addChild(corrected);
        }
        corrected.setAnswer(new StringData(identity.getValue().getDisplayText()));
        identity.setAnswer(new StringData("uuid:" + UUID.randomUUID()));
    }

    private String serialised(boolean isFinished) throws IOException {
        byte[] xml = new XFormSerializingVisitor(isFinished).serializeInstance(form.getInstance());
        return new String(xml, StandardCharsets.UTF_8);
    }

    private String meta(String name) {
        TreeElement meta = form.getInstance().getRoot().getFirstChild("meta");
        TreeElement element = meta == null ? null : meta.getFirstChild(name);
        return element == null || element.getValue() == null ? null : element.getValue().getDisplayText();
    }

    private static String path(FormIndex index) {
        String whole = index.getReference().toString(true);
        return plain(whole.substring(whole.indexOf('/', 1) + 1));
    }

    /** A first round is written without its number, so that groups and repeats read alike. */
    private static String plain(String path) {
        return path.replace("[1]", "");
    }

    private static final class PositionHandler extends SetGeopointActionHandler {
        @Override
        public SetGeopointAction getSetGeopointAction() {
            return new Position();
        }
    }

    /** A phone that knows where it is at once. */
    public static final class Position extends SetGeopointAction {
        @Override
        public void requestLocationUpdates() {
            saveLocationValue(location);
        }
    }
}
