import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.*;

/**
 * Reads lines of JSON {"pattern":…,"event":…} from standard input and answers each with a line: true, false, or
 * "invalid: " and the reason. A pattern that gives one path twice is invalid here: by default the engine keeps only the
 * later of the two.
 */
public class Engine {
  public static void main(String[] args) throws Exception {
    var json = new ObjectMapper();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    for (String line; (line = in.readLine()) != null; ) {
      var pair = json.readTree(line);
      out.println(answer(pair.get("pattern").toString(), pair.get("event").toString()).lines().findFirst().orElse(""));
    }
    out.flush();
  }

  private static String answer(String pattern, String event) throws Exception {
    String why = JsonRuleCompiler.check(pattern, false);
    if (why != null) return "invalid: " + why;
    var machine = Machine.builder().withOverridesForDuplicateRules(false).build();
    try {
      machine.addRule("rule", pattern);
    } catch (RuntimeException e) { // for instance { "anything-but": { "prefix": [] } }, which the check lets through
      return "invalid: " + e;
    }
    return String.valueOf(!machine.rulesForJSONEvent(event).isEmpty());
  }
}
