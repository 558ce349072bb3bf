import java.util.List;
import java.util.Map;
import org.javarosa.core.services.IPropertyManager;
import org.javarosa.core.services.properties.IPropertyRules;

/** What a phone knows of itself and its user: deviceid, username and so on. */
record Device(Map<String, String> properties) implements IPropertyManager {
    public String getSingularProperty(String name) { return properties.get(name.toLowerCase()); }

    public List<String> getProperty(String name) {
        String value = getSingularProperty(name);
        return value == null ? null : List.of(value);
    }

    public void setProperty(String name, String value) { throw new UnsupportedOperationException(); }
    public void setProperty(String name, List<String> value) { throw new UnsupportedOperationException(); }
    public List<IPropertyRules> getRules() { return List.of(); }
    public void addRules(IPropertyRules rules) { throw new UnsupportedOperationException(); }
}
